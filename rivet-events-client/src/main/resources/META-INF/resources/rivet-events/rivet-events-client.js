/* rivet-events-client, Apache-2.0 */
var PROBES=new Set("then toJSON toString toLocaleString valueOf constructor prototype inspect asymmetricMatch nodeType n\
odeName tagName _isMockFunction _isVue ngOnDestroy".split(" ")),isAction=name=>typeof name=="string"&&!PROBES.has(name)&&
!/^(@@|\$\$|__)/.test(name),withNames=(own,make)=>{let made=new Map;return new Proxy(own,{get:(target,name)=>{if(name in
target)return Reflect.get(target,name,target);if(isAction(name))return made.has(name)||made.set(name,make(name)),made.get(
name)}})},withActions=(own,call)=>withNames(own,name=>(...args)=>call(name,args)),actions=call=>withActions(Object.create(
null),call);var ActorError=class extends Error{name="ActorError";group;code;metadata;constructor(error){super(error.message),this.group=
error.group,this.code=error.code,this.metadata=error.metadata}},ConnectionLostError=class extends Error{constructor(message,mayHaveRun,cause){
super(message,cause===void 0?{}:{cause});this.mayHaveRun=mayHaveRun}mayHaveRun;name="ConnectionLostError"},reportToHost=error=>{
typeof reportError=="function"?reportError(error):console.error("rivet-events: a listener to errors failed:",error)};var now=()=>performance.now(),after=(millis,call)=>millis>2147483647?void 0:setTimeout(call,millis),toldMillis=value=>typeof value==
"number"&&Number.isFinite(value)&&value>=0?value:void 0;async function within(millis,what,call){let timer,late=new Promise(
(_,reject)=>{timer=after(millis,()=>reject(new Error(`${what} did not settle within ${millis} ms`)))});try{return await Promise.
race([Promise.resolve().then(call),late])}finally{clearTimeout(timer)}}var toBase64=bytes=>{let text="";for(let byte of bytes)text+=String.fromCharCode(byte);return btoa(text)},fromBase64=text=>Uint8Array.
from(atob(text),character=>character.charCodeAt(0)),isMarker=value=>value.length===2&&typeof value[0]=="string"&&value[0].
startsWith("$");function encode(value){return encodeWithin(value,new Set)}function encodeWithin(value,around){if(typeof value==
"bigint")return["$BigInt",value.toString()];if(value===void 0)return["$Undefined",0];if(typeof value=="function"||typeof value==
"symbol")return;if(value===null||typeof value!="object")return value;if(value instanceof Uint8Array)return["$Uint8Array",
toBase64(value)];if(value instanceof ArrayBuffer)return["$Uint8Array",toBase64(new Uint8Array(value))];if(around.has(value))
throw new TypeError("The value contains itself, so it cannot be sent");around.add(value);let encoded=encodeObject(value,
part=>encodeWithin(part,around));return around.delete(value),encoded}function encodeObject(value,part){if(value instanceof
Set)return part([...value]);if(value instanceof Map)return part(Object.fromEntries(value));if("toJSON"in value&&typeof value.
toJSON=="function"){let json=value.toJSON();if(json!==value)return part(json)}if(Array.isArray(value)){let encoded=Array.
from(value,part);return isMarker(value)?[`$${value[0]}`,encoded[1]]:encoded}let present=Object.entries(value).filter(([,
each])=>each!==void 0);return Object.fromEntries(present.map(([name,each])=>[name,part(each)]))}function decode(value){if(value===
null||typeof value!="object")return value;if(!Array.isArray(value)){for(let name of Object.keys(value))value[name]=decode(
value[name]);return value}if(isMarker(value)){let[marker,content]=value;if(marker.startsWith("$$"))return[marker.slice(1),
decode(content)];if(marker==="$BigInt")return BigInt(content);if(marker==="$Undefined")return;if(marker==="$Uint8Array")
return fromBase64(content)}return value.map(decode)}var MAX_QUEUED=1e3,Calls=class{#waiting=new Map;#queued=new Map;#lastId=0;#send;#why="";call(name,args,options,patience=0){
return new Promise((resolve,reject)=>{options.signal?.throwIfAborted();let encoded=encode(args),id=++this.#lastId,limits=this.#limit(
id,options,patience,reject),call={name,args:encoded,options,deadline:options.deadline===void 0?void 0:now()+options.deadline,
resolve:output=>(limits.end(),resolve(output)),reject:error=>(limits.end(),reject(error)),started:limits.started};this.#send?
this.#start(id,call,this.#send):!options.queue&&patience===0?call.reject(new ConnectionLostError(`There is no connection${this.#why}`,
!1)):this.#queued.size>=MAX_QUEUED?call.reject(new ConnectionLostError(`${MAX_QUEUED} calls wait for the connection alre\
ady`,!1)):this.#queued.set(id,call)})}fire(name,args){let encoded=encode(args);this.#send?.({tag:"ActionRequest",val:{id:++this.#lastId,
name,args:encoded,oneWay:!0}})}#start(id,call,send){this.#waiting.set(id,call),call.started();let{deadline,options}=call,
left=deadline===void 0||deadline===1/0?{}:{deadline:Math.max(1,Math.round(deadline-now()))},key=options.idempotencyKey===
void 0?{}:{idempotencyKey:options.idempotencyKey};send({tag:"ActionRequest",val:{id,name:call.name,args:call.args,...left,
...key}})}#limit(id,{deadline,signal,queue},patience,reject){let stop=error=>{end(),this.#waiting.delete(id)&&this.#send?.(
{tag:"Cancel",val:{id}}),this.#queued.delete(id),reject(error)},onAbort=()=>stop(signal.reason),exceeded={group:"actor",
code:"deadline_exceeded",message:"The deadline of the action has passed."},timer=deadline===void 0?void 0:after(deadline,
()=>stop(new ActorError(exceeded))),wait=queue||patience===0?void 0:after(patience,()=>stop(new ConnectionLostError(`The\
re was no connection within ${patience} ms`,!1)));signal?.addEventListener("abort",onAbort);let started=()=>clearTimeout(
wait),end=()=>{clearTimeout(timer),clearTimeout(wait),signal?.removeEventListener("abort",onAbort)};return{started,end}}answered(id,output){
this.#take(id)?.resolve(output)}failed(id,error){let call=id===void 0?void 0:this.#take(id);return call?.reject(error),call!==
void 0}#take(id){let call=this.#waiting.get(id);return this.#waiting.delete(id),call}opened(send){this.#send=send;let queued=this.#queued;
this.#queued=new Map;for(let[id,call]of queued)this.#start(id,call,send)}lost(reason){this.#send=void 0,this.#why=` (${reason}\
)`;let waiting=[...this.#waiting];this.#waiting.clear();let again=waiting.filter(([,call])=>call.options.idempotencyKey!==
void 0);this.#queued=new Map([...again,...this.#queued]);for(let[,call]of waiting)call.options.idempotencyKey===void 0&&
call.reject(new ConnectionLostError(`The connection was lost (${reason}); the call may have run`,!0))}closed(reason,cause){
this.lost(reason);let queued=[...this.#queued.values()];this.#queued.clear();for(let call of queued){let mayHaveRun=call.
options.idempotencyKey!==void 0;call.reject(new ConnectionLostError(`The connection is closed (${reason})`,mayHaveRun,cause))}}};var Emitter=class{#listeners=new Set;#onFailure;constructor(onFailure){this.#onFailure=onFailure}get isEmpty(){return this.#listeners.
size===0}add=listener=>{let entry={listener};return this.#listeners.add(entry),()=>{this.#listeners.delete(entry)}};emit(...args){
this.emitWhile(()=>!0,...args)}emitWhile(isTrue,...args){for(let entry of[...this.#listeners]){if(!isTrue())return;if(this.#listeners.
has(entry))try{entry.listener(...args)}catch(error){this.#onFailure(error)}}}};var isHidden=()=>globalThis.document?.visibilityState==="hidden";function onWake(listener){let wake=()=>{isHidden()||listener()};
return globalThis.addEventListener?.("online",wake),globalThis.document?.addEventListener("visibilitychange",wake),()=>{
globalThis.removeEventListener?.("online",wake),globalThis.document?.removeEventListener("visibilitychange",wake)}}async function*iterate(source,event){let waiting=[],wake=()=>{},overflow=!1,remove=source.on(event,(...args)=>{waiting.length<
1e3?waiting.push(args):overflow=!0,wake()}),removeClose=source.onClose(()=>wake());try{for(;;)if(waiting.length>0)yield waiting.
shift();else{if(overflow)throw new Error(`More than 1000 events "${event}" waited to be read`);if(source.status.status===
"closed")return;await new Promise(resolve=>wake=resolve)}}finally{remove(),removeClose()}}var HIDDEN_TOLERANCE_MILLIS=7e4,Liveness=class{#timer;#heardAt=0;#limit=0;#onSilence=()=>{};watch(limit,onSilence){this.
stop(),this.heard(),this.#limit=limit,this.#onSilence=onSilence,this.#timer=after(limit,()=>this.check())}heard(){this.#heardAt=
now()}check(){this.stop();let silence=now()-this.#heardAt,tolerated=isHidden()?Math.max(this.#limit,HIDDEN_TOLERANCE_MILLIS):
this.#limit;silence>=tolerated?this.#onSilence():this.#timer=after(tolerated-silence,()=>this.check())}stop(){clearTimeout(
this.#timer)}};var MAX_BYTES=32*1024,utf8=new TextEncoder,bytesOf=text=>utf8.encode(text).length,write=message=>JSON.stringify({body:message}),
read=text=>{try{let{tag,val}=JSON.parse(text).body;return{tag,val:decodeMessage(tag,val)}}catch(cause){let answered=/"tag":"(?:ActionResponse|Error)"/.
test(text);return unreadable(cause,answered?text:"",/"pos(?:ition)?":(\d+)[}\s]*$/.exec(text)?.[1])}},STREAM_NAMES={Init:"\
rivet:init",ActionResponse:"rivet:response",Error:"rivet:error",SubscriptionResponse:"rivet:subscription",Gap:"rivet:gap",
KeepAlive:"rivet:keepalive",GoingAway:"rivet:goingaway",Close:"rivet:close"},TAGS=new Map(Object.entries(STREAM_NAMES).map(
([tag,name])=>[name,tag])),readItem=({event,data,id,tags})=>{let position=/-(\d+)$/.exec(id)?.[1],tag=TAGS.get(event);try{
let value=decodeMessage(tag,JSON.parse(data));if(tag)return{tag,val:value};let pos=position===void 0?{}:{pos:Number(position)};
return{tag:"Event",val:{name:event,args:value,...pos,...tags?{tags:JSON.parse(tags)}:{}}}}catch(cause){return unreadable(
cause,tag==="ActionResponse"||tag==="Error"?data:"",position)}},decodeMessage=(tag,val)=>{if(tag!=="Init"||!("snapshot"in
val))return decode(val);let{snapshot,...init}=val;try{return{...decode(init),snapshot:decode(snapshot)}}catch(cause){let message=`\
The snapshot cannot be read: ${cause}`;return{...decode(init),snapshotError:{group:"client",code:"unreadable",message}}}},
unreadable=(cause,answer,position)=>{let action=/"(?:id|actionId)":(\d+)/.exec(answer)?.[1],known=(name,digits)=>digits===
void 0?{}:{[name]:Number(digits)};return{tag:"Unreadable",val:{cause,...known("actionId",action),...known("position",position)}}};
function gatewayUrl(base,address,route){let query=new URLSearchParams({"rvt-namespace":"default","rvt-method":address.method});
return address.method==="getOrCreate"&&(query.set("rvt-runner","default"),query.set("rvt-crash-policy","sleep")),address.
key.length>0&&query.set("rvt-key",address.key.join(",")),`${base}/gateway/${encodeURIComponent(address.name)}/${route}?${query}`}var Requests=class{#handlers=new Map;add=(name,handler)=>(this.#handlers.set(name,handler),()=>{this.#handlers.get(name)===
handler&&this.#handlers.delete(name)});async answer(name,args,send){let handler=this.#handlers.get(name);try{if(!handler)
throw new Error(`There is no handler for ${name}`);send({value:await handler(...args)??null})}catch(error){send({error:error instanceof
Error?error.message:String(error)})}}};var Backoff=class{#min;#max;#attempt=0;constructor({minDelay=500,maxDelay=1e4}={}){this.#min=minDelay,this.#max=maxDelay}next(){
let limit=Math.min(this.#max,this.#min*2**this.#attempt);return this.#attempt++,Math.random()*limit}wasOpenFor(millis){let stable=millis>=
this.#max;return stable&&this.reset(),stable}reset(){this.#attempt=0}};var MAX_REFUSED_CREDENTIALS=2,MIN_TOLD_MILLIS=1e3,Retries=class{#backoff;#hasCredentials;attempts=0;#refusedCredentials=0;#told;constructor({
reconnect,onAuthenticating}){this.#backoff=new Backoff(reconnect),this.#hasCredentials=onAuthenticating!==void 0}get isOwnDelay(){
return this.#told===void 0}opened(){this.attempts=0,this.#refusedCredentials=0}reset(){this.#backoff.reset(),this.opened()}isFinal({
advice},wasOpen){return advice!=="credentials"?advice==="never":(wasOpen||this.#refusedCredentials++,!this.#hasCredentials||
this.#refusedCredentials>=MAX_REFUSED_CREDENTIALS)}delay(close,goingAway,openFor){let wasStable=openFor!==void 0&&this.#backoff.
wasOpenFor(openFor);this.attempts++;let own=this.#backoff.next();return this.#told=toldMillis(close?.retryAfter)??goingAway,
this.#told===void 0?wasStable&&close?.advice==="retry"?0:own:Math.max(this.#told,wasStable?0:Math.min(own,MIN_TOLD_MILLIS))}};var MAX_NAME_LENGTH=1e3,Subscriptions=class{#events=new Map;#onFailure;#told=new Map;#late=new Set;#uncovered=new Map;#tell;constructor(onFailure){
this.#onFailure=onFailure}add(event,tags,listener){this.#check(event,tags);let listening=this.#events.get(event);listening||
(listening={emitter:new Emitter(this.#onFailure),tags:new Set},this.#events.set(event,listening));let{emitter,tags:wanted}=listening,
own=[...tags];wanted.add(own);let remove=emitter.add((args,carried)=>{isWanted(own,carried)&&listener(...args)});return this.#compare(
event),()=>{remove(),wanted.delete(own),emitter.isEmpty&&this.#events.get(event)===listening&&(this.#events.delete(event),
this.#uncovered.delete(event)),this.#compare(event)}}#check(event,tags){if(event.length>MAX_NAME_LENGTH)throw new RangeError(
`The name of an event has ${event.length} characters; the limit is ${MAX_NAME_LENGTH}`);if(tags.length===0)return;let all=[
...new Set([...this.#events.get(event)?.tags??[],tags].flat())],bytes=bytesOf(write({tag:"SubscriptionRequest",val:{eventName:event,
subscribe:!0,tags:all}}));if(!(bytes<=MAX_BYTES))throw new RangeError(`The tags of all listeners to "${event}" have ${bytes}\
 bytes; the limit is ${MAX_BYTES}`)}first(room){let wanted=[...this.#events.keys()].map(event=>this.#wanted(event)),left=room,
fitting=wanted.filter(each=>{let bytes=bytesOf(JSON.stringify(each))+1;return bytes>left?!1:(left-=bytes,!0)});return this.#told=
new Map(fitting.map(each=>[each.eventName,each])),this.#late=new Set(wanted.map(({eventName})=>eventName).filter(event=>!this.#told.
has(event))),fitting}opened(tell,resumedFrom,viewOf){let missing=this.#leaveUncovered(resumedFrom,viewOf);this.#tell=tell;
for(let event of new Set([...this.#told.keys(),...this.#events.keys()]))this.#compare(event);return missing}#leaveUncovered(resumedFrom,viewOf){
let missing=[];resumedFrom===void 0&&this.#uncovered.clear();for(let[event,since]of this.#uncovered)this.#late.has(event)||
(this.#uncovered.delete(event),since!==resumedFrom&&missing.push(event));let from=resumedFrom??viewOf;if(from===void 0)return missing;
for(let event of this.#late)this.#events.has(event)&&!this.#uncovered.has(event)&&this.#uncovered.set(event,from);return missing}answered(event,position){
let since=this.#uncovered.get(event);return this.#uncovered.delete(event),since!==void 0&&since!==position}lost(){this.#tell=
void 0}#compare(event){if(!this.#tell)return;let wanted=this.#wanted(event);JSON.stringify(wanted)!==JSON.stringify(this.#told.
get(event))&&(wanted?this.#told.set(event,wanted):this.#told.delete(event),this.#tell({eventName:event,...wanted,subscribe:wanted!==
void 0}))}#wanted(event){let listening=this.#events.get(event);if(!listening)return;let all=[...listening.tags],tags=all.
some(each=>each.length===0)?[]:[...new Set(all.flat())].sort();return tags.length>0?{eventName:event,tags}:{eventName:event}}emit(event,args,tags,isTrue){
this.#events.get(event)?.emitter.emitWhile(isTrue,args,tags)}},isWanted=(wanted,carried)=>wanted.length===0||carried.length===
0||wanted.some(tag=>carried.includes(tag));var EventStreamParser=class{#onItem;#line=[];#afterReturn=!1;#fields=new Map;constructor(onItem){this.#onItem=onItem}push(text){
if(text==="")return;let start=this.#afterReturn&&text[0]===`
`?1:0;this.#afterReturn=text.endsWith("\r");let lines=text.slice(start).split(/\r\n|\n|\r/),last=lines.pop();for(let line of lines)
this.#line.push(line),this.#onLine(this.#line.splice(0).join(""));last!==""&&this.#line.push(last)}#onLine(line){if(line===
""){this.#dispatch();return}let colon=line.indexOf(":");if(colon===0)return;let name=colon<0?line:line.slice(0,colon),value=colon<
0?"":line.slice(line[colon+1]===" "?colon+2:colon+1),before=this.#fields.get(name);name==="id"&&value.includes("\0")||this.#fields.
set(name,name==="data"&&before!==void 0?`${before}
${value}`:value)}#dispatch(){let fields=this.#fields;this.#fields=new Map;let data=fields.get("data");if(data===void 0)return;
let field=name=>fields.get(name)??"";this.#onItem({event:field("event")||"message",data,id:field("id"),tags:field("tags")})}};var ADVICE={401:"credentials",403:"credentials",408:"later",421:"later",425:"later",429:"later",501:"never"},adviceOf=status=>ADVICE[status]??
(status>=500?"later":"never"),NO_ROUTE=new Set([404,405,501]),TOO_LONG={group:"message",code:"incoming_too_long",message:"\
The message is too long.",advice:"retry"},isTooLong=({group,code})=>group===TOO_LONG.group&&code===TOO_LONG.code,isOfMessage=(status,error)=>isTooLong(
error)||error.group==="http"&&!NO_ROUTE.has(status)&&(status===403||adviceOf(status)==="never"),errorOf=(status,body)=>{
try{let{group,code,message,metadata}=decode(JSON.parse(body));if(typeof group=="string"&&typeof code=="string")return{group,
code,message:String(message),metadata}}catch{}return{group:"http",code:String(status),message:`The server answers ${status}`}},
refusalOf=(response,body)=>{let{status,headers}=response,error=errorOf(status,body);if(NO_ROUTE.has(status)&&error.group===
"http")return;let advice=adviceOf(status),retryAfter=advice==="later"?readRetryAfter(headers):void 0;return{...error,advice,
...retryAfter===void 0?{}:{retryAfter}}},readRetryAfter=headers=>{let told=headers.get("retry-after")?.trim();if(!told)return;
if(/^\d+$/.test(told))return Number(told)*1e3;let date=Date.parse(headers.get("date")??"")||Date.now(),delay=Date.parse(
told)-date;return Number.isNaN(delay)?void 0:Math.max(0,delay)};var TOO_BIG=1009,NORMAL=1e3,OPEN=1,NO_CONTENT=204,MAX_BYTES_OF_CHARACTER=3;function openWebSocket(target,listener){let protocols=[
"rivet","rivet_encoding.json","rivet_ext.1"],socket=new target.WebSocket(target.url.replace(/^http/,"ws"),protocols),sent=new Largest,
closing,over=!1;socket.onopen=()=>{over||socket.send(sent.write({tag:"Hello",val:listener.hello()}))};let onMessage=message=>{
message.tag==="Close"&&(closing=message.val),listener.onMessage(message)};return socket.onmessage=({data})=>{over||onMessage(
read(data))},socket.onclose=({code,reason})=>{over||(!closing&&code===TOO_BIG&&onMessage({tag:"Close",val:TOO_LONG}),closing&&
isTooLong(closing)&&listener.onRefused(sent.message,closing),over=!0,listener.onEnd(reason||"connection lost"))},socket.
onerror=()=>{},{kind:"websocket",send:message=>{socket.readyState===OPEN&&socket.send(sent.write(message))},close:()=>{over=
!0,socket.close(NORMAL,"client_disposed")}}}var Largest=class{message;#bytes=0;write(message){let text=write(message);if(text.
length*MAX_BYTES_OF_CHARACTER>this.#bytes){let bytes=bytesOf(text);bytes>this.#bytes&&([this.message,this.#bytes]=[message,
bytes])}return text}};function openEventStream(target,listener){let abort=new AbortController,waiting=[],underWay=[],init,
sequence=0,posting=!1,tooLong=!1,over=!1,end=reason=>{over||(over=!0,abort.abort(),listener.onEnd(reason))},endBy=(response,body)=>{
let refusal=refusalOf(response,body);refusal&&!over&&listener.onMessage({tag:"Close",val:refusal}),end(refusal?`${refusal.
group}.${refusal.code}`:`http.${response.status}`)},post=(body,method,more)=>target.fetch(`${target.base}/connections/${init.
connectionId}`,{method,credentials:"include",keepalive:method==="DELETE",headers:{...target.headers,"content-type":"appl\
ication/json","x-rivet-secret":init.secret,...more},...method==="POST"?{body}:{}}),flush=async()=>{if(!posting){posting=
!0;try{for(;waiting.length>0&&!over;)await sendBatch()}catch{end("connection lost")}finally{posting=!1}}},sendBatch=async()=>{
let batch=nextBatch();underWay=batch.map(({message})=>message);let body=`[${batch.map(({text})=>text).join(",")}]`,more={
"x-rivet-sequence":String(++sequence)},{response,answer}=await within(target.timeout,"A request",async()=>{let response2=await post(
body,"POST",more);return{response:response2,answer:response2.ok?"":await response2.text()}});if(response.ok){underWay=[];
return}let error=errorOf(response.status,answer);isOfMessage(response.status,error)?batch.length>1?(target.batches.characters=
Math.min(target.batches.characters,body.length>>1),waiting.unshift(...batch)):refuse(error):error.group==="http"?endBy(response,
answer):end(`${error.group}.${error.code}`),tooLong||=isTooLong(error)},nextBatch=()=>{let count=1,characters=waiting[0].
text.length;for(;count<waiting.length&&(characters+=waiting[count].text.length,!(characters>target.batches.characters));)
count++;return waiting.splice(0,count)},refuse=error=>{let[message,...more]=underWay;underWay=[],!over&&message&&more.length===
0&&listener.onRefused(message,error)};return(async()=>{let response=await target.fetch(target.url,{method:"POST",credentials:"\
include",cache:"no-store",headers:{...target.headers,"content-type":"application/json",accept:"text/event-stream"},body:write(
{tag:"Hello",val:listener.hello()}),signal:abort.signal});!response.ok||response.status===NO_CONTENT?endBy(response,await response.
text()):!response.body||!isEventStream(response)?end("no event stream"):await readStream(response.body,message=>{over||(message.
tag==="Init"&&(init=message.val),message.tag==="Close"&&isTooLong(message.val)&&!tooLong&&refuse(message.val),listener.onMessage(
message))})})().then(()=>end("connection lost"),()=>end("connection lost")),{kind:"sse",send:message=>{waiting.push({message,
text:write(message)}),flush()},close:()=>{over||(over=!0,init&&post("","DELETE",{}).catch(()=>{}),abort.abort())}}}var isEventStream=({
headers})=>/^text\/event-stream\b/i.test(headers.get("content-type")??"");async function readStream(body,onMessage){let parser=new EventStreamParser(
item=>onMessage(readItem(item))),reader=body.getReader(),decoder=new TextDecoder;for(;;){let{value,done}=await reader.read();
if(done)return;parser.push(decoder.decode(value,{stream:!0}))}}var MAX_SOCKET_FAILURES=2,STREAM_PREFERENCE_MILLIS=10*6e4,BATCH_CHARACTERS=16*1024,noWebSocket=()=>{throw new Error('The\
re is no WebSocket here: pass { WebSocket }, or use { transport: "sse" }')},TransportChoice=class{#base;#address;#options;#timeout;#batches={
characters:BATCH_CHARACTERS};#bySocket=!1;#socketFailures=0;#streamUntil=0;constructor(base,address,options,timeout){this.#base=
base,this.#address=address,this.#options=options,this.#timeout=timeout}open(listener){this.#bySocket=this.#prefersSocket();
let url=gatewayUrl(this.#base,this.#address,this.#bySocket?"connect":"sse");return this.#bySocket?openWebSocket({url,WebSocket:this.#socketClass()??
noWebSocket()},listener):openEventStream({url,...this.#streamTarget()},listener)}fallBack(){let another=this.#bySocket&&
this.#isAuto();return another&&this.#preferStream(),another}failed({kind}){this.#isAuto()&&(kind==="sse"?this.#streamUntil=
0:++this.#socketFailures>=MAX_SOCKET_FAILURES&&this.#preferStream())}opened(){this.#socketFailures=0}#isAuto(){return(this.#options.
transport??"auto")==="auto"}#prefersSocket(){return this.#isAuto()?this.#socketClass()!==void 0&&now()>=this.#streamUntil:
this.#options.transport==="websocket"}#preferStream(){this.#socketFailures=0,this.#streamUntil=now()+STREAM_PREFERENCE_MILLIS}#socketClass(){
return this.#options.WebSocket??globalThis.WebSocket}#streamTarget(){let request=this.#options.fetch??globalThis.fetch;return{
base:this.#base,headers:this.#options.headers??{},fetch:request.bind(globalThis),timeout:this.#timeout,batches:this.#batches}}};var unreachable=_=>{};var OPEN_TIMEOUT_MILLIS=1e4,subscriptionError=(eventName,error)=>new ActorError({...error,message:`Subscription to "${eventName}\
": ${error.message}`,metadata:error.metadata??{eventName}}),Connection=class{#errors=new Emitter(error=>queueMicrotask(()=>reportToHost(
error)));#fail=error=>{this.#errors.isEmpty?console.error("rivet-events:",error):this.#errors.emit(error)};#settings;#params;#openTimeout;#transports;#retries;#liveness=new Liveness;#calls=new Calls;#subscriptions=new Subscriptions(
this.#fail);#opens=new Emitter(this.#fail);#resyncs=new Emitter(this.#fail);#snapshots=new Emitter(this.#fail);#gaps=new Emitter(
this.#fail);#reconnects=new Emitter(this.#fail);#closes=new Emitter(this.#fail);#statuses=new Emitter(this.#fail);#requests=new Requests;#status={
status:"connecting",since:Date.now(),attempt:0};#transport;#generation=0;#resume;#openedAt;#closing;#goingAway;#retryTimer;#refusal;#contractChanged=!1;#disposed=!1;#stopListening=()=>{};constructor(settings){
this.#settings=settings;let{base,address,params,options}=settings;this.#params=params===void 0?void 0:encode(params),this.#openTimeout=
options.openTimeout??OPEN_TIMEOUT_MILLIS,this.#transports=new TransportChoice(base,address,options,this.#openTimeout),this.#retries=
new Retries(options),settings.paused||this.open(),Symbol.asyncDispose&&(this[Symbol.asyncDispose]=this.dispose)}call=(name,args,options={})=>{
let first=this.#status.status==="connecting"&&this.#status.attempt===0;return this.#calls.call(name,args,options,first&&
options.queue===void 0?this.#openTimeout:0)};with=options=>actions((name,args)=>this.call(name,args,options));fire=actions(
(name,args)=>this.#calls.fire(name,args));on=(event,options,listener)=>typeof options=="function"?this.#subscriptions.add(
event,[],options):this.#subscriptions.add(event,options?.tags??[],listener);once=(event,listener)=>{let remove=this.on(event,
(...args)=>{remove(),listener(...args)});return remove};events=event=>iterate(this,event);predict=(event,...args)=>this.#subscriptions.
emit(event,args,[],()=>!0);answer=this.#requests.add;onOpen=this.#opens.add;onResync=this.#resyncs.add;onSnapshot=this.#snapshots.
add;onGap=this.#gaps.add;onReconnecting=this.#reconnects.add;onClose=this.#closes.add;onError=this.#errors.add;onStatus=this.#statuses.
add;get contractChanged(){return this.#contractChanged}get status(){return this.#status}ready=()=>new Promise((resolve,reject)=>{
let look=({status,reason})=>{if(status==="open")resolve();else if(status==="closed"){let message=`The connection is clos\
ed (${reason})`;reject(new ConnectionLostError(message,!1,this.#closeCause()))}else return;remove()},remove=this.onStatus(
look);look(this.#status)});open=()=>{this.#generation>0||queueMicrotask(()=>{this.#generation===0&&this.#start()})};reconnect=()=>{
this.#status.status!=="closed"||this.#disposed||!this.#settings.mayReconnect()||(this.#retries.reset(),this.#start())};dispose=async()=>{
this.#disposed=!0,this.#finish("disposed")};#start(){this.#stopListening=onWake(()=>this.#wake()),this.#attempt()}#attempt(){
clearTimeout(this.#retryTimer);let generation=++this.#generation,isCurrent=()=>generation===this.#generation;this.#closing=
void 0,this.#goingAway=void 0,this.#liveness.watch(this.#openTimeout,()=>this.#abandon("timeout"));let attempt=this.#retries.
attempts;this.#setStatus("connecting",this.#status.reason),attempt>0&&this.#reconnects.emitWhile(isCurrent,attempt),isCurrent()&&
this.#credentials().then(credentials=>isCurrent()&&this.#connect(credentials,isCurrent),error=>{this.#fail(error),isCurrent()&&
this.#ended("no credentials")})}async#credentials(){let ask=this.#settings.options.onAuthenticating;if(!ask)return;let credentials=await within(
this.#openTimeout,"onAuthenticating",ask);return credentials===void 0?void 0:encode(credentials)}#connect(credentials,isCurrent){
let listener={hello:()=>this.#hello(credentials),onMessage:message=>{if(isCurrent())try{this.#onMessage(message,isCurrent)}catch(error){
this.#fail(error)}},onRefused:(message,error)=>{isCurrent()&&this.#onRefused(message,error)},onEnd:reason=>{isCurrent()&&
this.#ended(reason)}};try{this.#transport=this.#transports.open(listener)}catch(error){if(this.#fail(error),!isCurrent())
return;this.#transports.fallBack()?this.#ended("no transport"):this.#finish("no transport")}}#hello(credentials){let{address,
options,snapshot}=this.#settings,contract=options.contract?.[address.name],others={...this.#resume?{resume:this.#resume}:
{},...snapshot===void 0?{}:{snapshot:{name:snapshot,args:[]}},...this.#params===void 0?{}:{params:this.#params},...credentials===
void 0?{}:{credentials},...contract===void 0?{}:{contract}},taken=bytesOf(write({tag:"Hello",val:{subscriptions:[],...others}}));
return{subscriptions:this.#subscriptions.first(MAX_BYTES-taken),...others}}#ended(reason){let transport=this.#transport,
openFor=this.#openedAt===void 0?void 0:now()-this.#openedAt,wasOpen=openFor!==void 0,close=this.#closing;this.#dropTransport(),
transport&&!wasOpen&&!close&&this.#transports.failed(transport);let why=close?`${close.group}.${close.code}`:reason;this.#calls.
lost(why);let isFinal=close!==void 0&&this.#retries.isFinal(close,wasOpen),refused=close?.advice==="credentials"||isFinal,
generation=this.#generation;close&&refused&&!wasOpen&&this.#fail(new ActorError(close)),generation===this.#generation&&(isFinal?
this.#finish(why):this.#retry(why,this.#retries.delay(close,this.#goingAway,openFor)))}#retry(reason,delay){this.#retryTimer=
after(delay,()=>this.#attempt()),this.#setStatus("waiting",reason,{nextRetryAt:Date.now()+delay})}#finish(reason){if(this.#status.
status==="closed")return;let generation=++this.#generation;this.#dropTransport(),clearTimeout(this.#retryTimer),this.#stopListening(),
this.#calls.closed(reason,this.#closeCause()),this.#setStatus("closed",reason),this.#closes.emitWhile(()=>generation===this.#generation,
reason)}#closeCause(){return this.#closing&&new ActorError(this.#closing)}#dropTransport(){this.#liveness.stop(),this.#transport?.
close(),this.#transport=void 0,this.#openedAt=void 0,this.#refusal=void 0,this.#subscriptions.lost()}#onMessage(message,isCurrent){
switch(this.#liveness.heard(),message.tag){case"Init":return this.#onInit(message.val,isCurrent);case"Event":return this.#onEvent(
message.val,isCurrent);case"ActionResponse":return this.#calls.answered(message.val.id,message.val.output);case"Error":message.
val.actionId==null?this.#refusal=message.val:this.#calls.failed(message.val.actionId,new ActorError(message.val));return;case"\
SubscriptionResponse":return this.#onSubscription(message.val,isCurrent);case"Gap":return this.#advance(message.val.position),
this.#gaps.emitWhile(isCurrent,{reason:message.val.reason,events:message.val.events});case"KeepAlive":return this.#advance(
message.val.position);case"GoingAway":this.#goingAway=toldMillis(message.val.delay);return;case"Close":this.#closing={...message.
val,...this.#refusalOf(message.val)};return;case"Unreadable":return this.#onUnreadable(message.val);default:return unreachable(
message)}}#refusalOf({group,code}){let refusal=this.#refusal;return refusal?.group!==group||refusal.code!==code?{}:{message:refusal.
message,metadata:refusal.metadata}}#onUnreadable({cause,actionId,position}){let error=new Error(`A message of the server\
 cannot be read: ${cause}`,{cause});position!==void 0&&this.#advance(position),this.#calls.failed(actionId,error)||this.#fail(
error),this.#openedAt===void 0&&this.#abandon("unreadable")}#onRefused(message,error){let refusal=new ActorError(error);
if(message.tag==="Hello"){this.#fail(refusal),this.#finish(`${error.group}.${error.code}`);return}let call=message.tag===
"ActionRequest"&&!message.val.oneWay?message.val.id:void 0;this.#calls.failed(call,refusal)||this.#fail(refusal)}#onSubscription({
eventName,subscribe,position,error},isCurrent){this.#advance(position);let missing=subscribe&&this.#subscriptions.answered(
eventName,position);error?this.#fail(subscriptionError(eventName,error)):missing&&this.#gaps.emitWhile(isCurrent,{reason:"\
dropped",events:[eventName]})}#onInit(init,isCurrent){let resumedFrom=init.outcome==="resumed"?this.#resume?.position:void 0;
this.#resume={epoch:init.epoch,position:init.position,stream:init.stream,secret:init.secret},this.#openedAt=now(),this.#retries.
opened(),this.#transports.opened(),this.#contractChanged=init.contractChanged??!1,this.#liveness.watch(2*(toldMillis(init.
keepAlive)||1/0),()=>this.#abandon("silence"));let transport=this.#transport,missing=this.#subscriptions.opened(change=>transport.
send({tag:"SubscriptionRequest",val:change}),resumedFrom,"snapshot"in init?init.position:void 0);this.#calls.opened(message=>transport.
send(message)),this.#setStatus("open",void 0,{outcome:init.outcome,transport:transport.kind});let fail=error=>isCurrent()&&
this.#fail(error);init.outcome==="resynced"&&this.#resyncs.emitWhile(isCurrent,init.reason??""),init.snapshotError?fail(
new ActorError(init.snapshotError)):"snapshot"in init&&this.#snapshots.emitWhile(isCurrent,init.snapshot),this.#opens.emitWhile(
isCurrent,init.outcome,init.reason),missing.length>0&&this.#gaps.emitWhile(isCurrent,{reason:"dropped",events:missing});
for(let{eventName,error}of init.refused??[])fail(subscriptionError(eventName,error))}#onEvent({name,args,pos,tags=[]},isCurrent){
if(name==="rivet:request")return this.#onRequest(args,isCurrent);if(pos!==void 0){if(pos<=this.#resume.position)return;this.#advance(
pos)}this.#subscriptions.emit(name,args,tags,isCurrent)}#advance(position){this.#resume&&position>this.#resume.position&&
(this.#resume={...this.#resume,position})}#onRequest([id,name,args],isCurrent){this.#requests.answer(name,args,reply=>{isCurrent()&&
this.#calls.fire("rivet:reply",[id,reply])})}#abandon(reason){this.#generation++,this.#ended(reason)}#wake(){this.#status.
status==="waiting"&&this.#retries.isOwnDelay?this.#attempt():this.#openedAt!==void 0&&this.#liveness.check()}#setStatus(status,reason,more={}){
let{outcome}=this.#status,current={status,since:Date.now(),attempt:this.#retries.attempts,...outcome?{outcome}:{},...reason===
void 0?{}:{reason},...more};this.#status=current,this.#statuses.emitWhile(()=>this.#status===current,current)}};function resolveUrl(endpoint){let page=typeof location>"u"?void 0:location.href;try{return new URL(endpoint,page).href.replace(
/\/$/,"")}catch(cause){let hint=page===void 0?"; outside a page it must begin with http:// or https://":"";throw new TypeError(
`"${endpoint}" is not a URL of a server${hint}`,{cause})}}function createClient(endpoint,options={}){let connections=new Set,
disposals=0,connect=(address,params,connectOptions)=>{let disposalsBefore=disposals,connection=new Connection({...connectOptions,
base:resolveUrl(endpoint),address,params,options,mayReconnect:()=>disposals===disposalsBefore});return connections.add(connection),
connection.onStatus(({status})=>{status==="closed"?connections.delete(connection):connections.add(connection)}),withActions(
connection,connection.call)},accessor=name=>{let handle=(method,key=[])=>{let address={name,method,key:typeof key=="stri\
ng"?[key]:key},call=(action,args)=>callOverHttp(endpoint,address,action,args,options);return withActions({call,connect:(params,connectOptions)=>connect(
address,params,connectOptions)},call)};return{get:key=>handle("get",key),getOrCreate:key=>handle("getOrCreate",key)}},dispose=async()=>{
disposals++,await Promise.all([...connections].map(connection=>connection.dispose()))},own={dispose};return Symbol.asyncDispose&&
(own[Symbol.asyncDispose]=dispose),withNames(own,accessor)}async function callOverHttp(endpoint,address,action,args,options){
let url=gatewayUrl(resolveUrl(endpoint),address,`action/${encodeURIComponent(action)}`),body=JSON.stringify({args:encode(
args)}),{onAuthenticating,openTimeout=OPEN_TIMEOUT_MILLIS}=options,credentials=onAuthenticating&&await within(openTimeout,
"onAuthenticating",onAuthenticating),response=await(options.fetch??globalThis.fetch).bind(globalThis)(url,{method:"POST",
credentials:"include",headers:{...authorization(credentials),...options.headers,"content-type":"application/json","x-riv\
et-encoding":"json"},body}),text=await response.text();if(!response.ok)throw new ActorError(errorOf(response.status,text));
try{return decode(JSON.parse(text)).output}catch(cause){throw new Error(`The answer to ${action} cannot be read: ${cause}`,
{cause})}}function authorization(credentials){let{token,username,password}=credentials??{};if(typeof token=="string")return{
authorization:`Bearer ${token}`};if(typeof username!="string"||typeof password!="string")return{};let bytes=new TextEncoder().
encode(`${username}:${password}`);return{authorization:`Basic ${btoa(String.fromCharCode(...bytes))}`}}export{ActorError,ConnectionLostError,createClient};
//# sourceMappingURL=rivet-events-client.js.map
